"""The parts that one machine runs by itself: its own Valkey, and the Procfile's processes under one parent."""
