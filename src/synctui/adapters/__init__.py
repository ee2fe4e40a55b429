"""One module per outside thing: it speaks the thing's language and returns our model."""
