//! Which publish an acknowledgement belongs to.

use std::collections::{HashMap, VecDeque};

/// Unacknowledged publishes at a time. Enough to fill a slow link, few enough that a lost connection repeats little.
pub(super) const WINDOW: usize = 16;

/// A publish of quality of service 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    /// The state `online`.
    Online,
    /// The state `offline`.
    Offline,
    /// The health.
    Health,
    /// The answer to a choice.
    Choice,
    /// An event, by its position in the outbox.
    Event(i64),
}

/// The publishes that the broker has not acknowledged.
///
/// The client library takes requests in order and gives each its packet id when it writes it, so the next id that it reports belongs to
/// the oldest request without one.
#[derive(Debug)]
pub(super) struct Window {
    limit: usize,
    unnumbered: VecDeque<Sent>,
    numbered: HashMap<u16, Sent>,
}

impl Default for Window {
    fn default() -> Self {
        Self { limit: WINDOW, unnumbered: VecDeque::new(), numbered: HashMap::new() }
    }
}

impl Window {
    /// Keeps within what the broker is ready to receive.
    pub(super) fn limit_to(&mut self, receive_maximum: u16) {
        self.limit = WINDOW.min(usize::from(receive_maximum)).max(1);
    }

    pub(super) fn is_open(&self) -> bool {
        self.unnumbered.len() + self.numbered.len() < self.limit
    }

    pub(super) fn is_empty(&self) -> bool {
        self.unnumbered.is_empty() && self.numbered.is_empty()
    }

    /// A request was handed to the client library.
    pub(super) fn requested(&mut self, sent: Sent) {
        self.unnumbered.push_back(sent);
    }

    /// The client library has written the next request. Packet id 0 marks quality of service 0, which is not acknowledged.
    pub(super) fn written(&mut self, packet_id: u16) {
        if packet_id != 0
            && let Some(sent) = self.unnumbered.pop_front()
        {
            self.numbered.insert(packet_id, sent);
        }
    }

    /// The broker has acknowledged this packet.
    pub(super) fn acknowledged(&mut self, packet_id: u16) -> Option<Sent> {
        self.numbered.remove(&packet_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acknowledgements_find_their_publish_in_any_order() {
        let mut window = Window::default();
        window.requested(Sent::Online);
        window.written(1);
        window.requested(Sent::Event(7));
        window.written(0);
        window.requested(Sent::Event(8));
        window.written(2);
        window.written(3);
        assert_eq!(window.acknowledged(3), Some(Sent::Event(8)));
        assert_eq!(window.acknowledged(2), Some(Sent::Event(7)));
        assert_eq!(window.acknowledged(2), None);
        assert_eq!(window.acknowledged(1), Some(Sent::Online));
        assert!(window.is_empty());
    }

    #[test]
    fn the_brokers_receive_maximum_is_kept() {
        let mut window = Window::default();
        window.limit_to(2);
        window.requested(Sent::Event(1));
        window.requested(Sent::Event(2));
        assert!(!window.is_open());
        window.written(1);
        assert!(!window.is_open());
        window.acknowledged(1);
        assert!(window.is_open());
        window.limit_to(0);
        assert!(!window.is_open());
    }
}
