//! What must hold for any groups and any request, tried with random ones.

mod decisions;
mod generate;
mod labels;
mod native;
mod texts;
