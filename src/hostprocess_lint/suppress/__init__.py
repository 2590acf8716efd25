"""What somebody has a reason to live with, or knew before."""
