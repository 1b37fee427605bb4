"""What holds when things go wrong: clusters and faults on one machine, and the page that tells of them."""
