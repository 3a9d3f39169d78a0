"""What decides in the gateway: pages, who may edit them, and the limits of what is kept for people for a while."""
