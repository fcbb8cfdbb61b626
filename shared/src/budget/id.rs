//! The engine's identifiers, one type each, so that a node cannot be looked up as a network.

/// Defines a newtype over the engine's identifier text.
macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The identifier as the engine gives it.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// The text of the identifier.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

identifier! {
    /// The full ID of a swarm network.
    NetworkId
}
identifier! {
    /// The ID of a service.
    ServiceId
}
identifier! {
    /// The ID of a swarm node.
    NodeId
}
