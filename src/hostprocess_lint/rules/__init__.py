"""What is judged: a rule is a page, and a check where the page says nothing of one."""
