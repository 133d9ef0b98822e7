"""What `startpanel` and `startconnector` write: a package that can be installed, with tests that pass."""
