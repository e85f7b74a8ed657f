//! Kleene's three-valued logic: what a check knows.

/// True, false, or not known from the template.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Truth {
    /// Holds for certain.
    True,
    /// Certainly does not hold.
    False,
    /// Depends on something that the template does not show.
    Unknown,
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

impl std::ops::Not for Truth {
    type Output = Self;
    fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
        }
    }
}

impl Truth {
    /// Conjunction: false if either is false, even when the other is unknown.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::True, Self::True) => Self::True,
            _ => Self::Unknown,
        }
    }

    /// Disjunction: true if either is true, even when the other is unknown.
    pub fn or(self, other: Self) -> Self {
        !((!self).and(!other))
    }

    /// Whether it certainly holds.
    pub fn is_true(self) -> bool {
        self == Self::True
    }

    /// Whether it certainly does not hold.
    pub fn is_false(self) -> bool {
        self == Self::False
    }

    /// Conjunction over an iterator, stopping at the first false; true when empty.
    pub fn all(items: impl IntoIterator<Item = Self>) -> Self {
        let mut result = Self::True;
        for item in items {
            result = result.and(item);
            if result.is_false() {
                break;
            }
        }
        result
    }

    /// Disjunction over an iterator, stopping at the first true; false when empty.
    pub fn any(items: impl IntoIterator<Item = Self>) -> Self {
        !Self::all(items.into_iter().map(|item| !item))
    }
}

#[cfg(test)]
mod tests {
    use super::Truth::{self, False, True, Unknown};

    #[test]
    fn follows_kleene() {
        for (a, b, and, or) in [
            (True, True, True, True),
            (True, False, False, True),
            (False, False, False, False),
            (True, Unknown, Unknown, True),
            (False, Unknown, False, Unknown),
            (Unknown, Unknown, Unknown, Unknown),
        ] {
            assert_eq!((a.and(b), b.and(a), a.or(b), b.or(a)), (and, and, or, or), "{a:?} {b:?}");
        }
        assert_eq!(Truth::all([]), True);
        assert_eq!(Truth::any([]), False);
        assert_eq!(Truth::any([Unknown, True]), True);
        assert_eq!(Truth::all([Unknown, False]), False);
    }
}
