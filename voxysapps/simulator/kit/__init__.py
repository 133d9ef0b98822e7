"""A gallery of the components that authors of panels have: each with its arguments, its source and live examples."""
