"""What a chart's templates say, taken apart."""
