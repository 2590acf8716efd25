"""How the API decodes what is written: its types, from data, and what does not fit them."""
