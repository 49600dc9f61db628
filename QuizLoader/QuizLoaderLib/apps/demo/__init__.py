"""The sample images that every sample quiz can be shown with."""
