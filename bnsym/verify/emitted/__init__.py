"""What bnsym prints is read back: run on symbolic arrays, and proved equal to what it claims."""
