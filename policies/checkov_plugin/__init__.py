"""What `checkov --external-checks-dir` is pointed at: checkov imports the modules of directories with this file."""
