"""What `raiox predict` does with many files: find, analyse, write, sum up."""
