//! ennead
