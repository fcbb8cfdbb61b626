//! OpenAPI descriptions, read as a user's file is: excerpts of real ones, and arbitrary ones.

mod arbitrary;
mod excerpts;
mod round_trip;
