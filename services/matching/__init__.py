"""媒合: families looking for, or changing, the dedicated doctor of their child."""
