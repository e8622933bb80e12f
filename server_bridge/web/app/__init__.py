"""The pages behind the sign-in: one frame, one way in, one check of who may."""
