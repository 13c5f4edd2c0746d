"""Runs the product on one machine: starts its processes, keeps them alive, measures them."""
