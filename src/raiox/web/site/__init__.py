"""What people see: the built page, the plain HTML form, the example images."""
