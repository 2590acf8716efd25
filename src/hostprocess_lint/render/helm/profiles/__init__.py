"""What a chart is rendered with."""
