"""What bench/run is made of; a package, since tests/e2e has a module of this name."""
