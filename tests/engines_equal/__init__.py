"""Tables and expressions drawn at random, computed by Spark and by Sail, and held against each other."""
