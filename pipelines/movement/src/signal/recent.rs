//! The newest few values.

/// The newest `N` values, in no order. Takes no memory beyond itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recent<const N: usize> {
    values: [f64; N],
    len: usize,
    next: usize,
}

impl<const N: usize> Default for Recent<N> {
    fn default() -> Self {
        Self { values: [0.0; N], len: 0, next: 0 }
    }
}

impl<const N: usize> Recent<N> {
    /// Adds a value; the oldest goes when there are `N`.
    pub(crate) fn push(&mut self, value: f64) {
        self.values[self.next] = value;
        self.next = (self.next + 1) % N;
        self.len = (self.len + 1).min(N);
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = f64> + Clone + '_ {
        self.values[..self.len].iter().copied()
    }
}
