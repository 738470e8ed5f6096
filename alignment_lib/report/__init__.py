"""From notebook to page: run it, render it, look for leaks, publish it."""
