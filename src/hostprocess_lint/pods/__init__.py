"""Data becomes objects, pods and containers: effective values, and who set them."""
