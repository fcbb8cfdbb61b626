//! Requests that no sane client sends, the same for the same number.
//!
//! Most are odd contents in a well-formed frame, so that they get past Go's server to the plugin; some are
//! refused before.

/// Pieces of targets, hosts and values. Go's server takes all of them in a target.
const PIECES: [&str; 20] = [
    "/",
    "//",
    "/..",
    "/.",
    "%2F",
    "%2e%2e",
    "%25",
    "%ff",
    "?",
    "pets",
    "x",
    "{petId}",
    "9999999999999999999999",
    "-1",
    "\u{e9}",
    "\u{1f600}",
    ";",
    "*",
    "\\",
    "=",
];
/// Pieces with which it refuses a request, except in a query.
const CRUDE_PIECES: [&str; 6] = ["%", "%2", "%zz", "%00", "#", "\u{7f}"];
const METHODS: [&str; 8] = ["GET", "POST", "HEAD", "OPTIONS", "get", "TRACE", "PATCH", "A-VERY-LONG-METHOD"];
const CRUDE_METHODS: [&str; 5] = ["", "*", "G\u{1}T", "X-\u{fffd}", "CONNECT"];
const FIELDS: [&str; 4] = ["X-Smsvc-Service", "X-A", "Cookie", "Accept"];
const CRUDE_FIELDS: [&str; 5] = ["Content-Length", "Transfer-Encoding", "Upgrade", "", "Host"];

/// The request of this number, for a host that the plugin has routes of.
pub(crate) fn request(number: u32, host: &str) -> Vec<u8> {
    let mut dice = Dice { state: (u64::from(number) << 1) | 1 };
    let method = if dice.one_in(20) { dice.pick(&CRUDE_METHODS) } else { dice.pick(&METHODS) };
    let mut target = if dice.one_in(20) { dice.pieces(6) } else { format!("/{}", dice.pieces(8)) };
    if dice.one_in(50) {
        target = target.repeat(2_000);
    }
    let host = if dice.one_in(10) { dice.pieces(3) } else { host.to_owned() };
    let mut request = format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for _ in 0..dice.below(4) {
        let name = if dice.one_in(20) { dice.pick(&CRUDE_FIELDS) } else { dice.pick(&FIELDS) };
        request.extend([name, ": ", &dice.pieces(4), "\r\n"]);
    }
    request += "\r\n";
    damaged(request.into_bytes(), &mut dice)
}

/// Sometimes without its end, sometimes with other bytes in some places.
fn damaged(mut request: Vec<u8>, dice: &mut Dice) -> Vec<u8> {
    if dice.one_in(20) {
        request.truncate(dice.below(request.len()));
    } else if dice.one_in(10) {
        for _ in 0..=dice.below(4) {
            let at = dice.below(request.len());
            request[at] = u8::try_from(dice.below(256)).unwrap_or(0);
        }
    }
    request
}

/// A sequence of numbers that look random (xorshift64*).
struct Dice {
    state: u64,
}

impl Dice {
    /// A number below `end`.
    fn below(&mut self, end: usize) -> usize {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        let spread = self.state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(spread).unwrap_or(0) % end
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn pick<'p>(&mut self, from: &[&'p str]) -> &'p str {
        from[self.below(from.len())]
    }

    fn pieces(&mut self, most: usize) -> String {
        (0..self.below(most + 1))
            .map(|_| if self.one_in(40) { self.pick(&CRUDE_PIECES) } else { self.pick(&PIECES) })
            .collect()
    }
}
