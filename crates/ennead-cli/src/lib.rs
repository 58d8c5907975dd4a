//! The command line of an ennead application.
