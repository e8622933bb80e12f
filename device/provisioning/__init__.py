"""A gate without identity: its ticket, its enrolment and the files that it gets."""
