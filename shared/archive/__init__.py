"""A log outside its database: a folder that proves itself, from which an installation can be made anew."""
