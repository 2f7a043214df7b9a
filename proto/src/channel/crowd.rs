//! Places for callers who have not shown yet who they are, or whose key is not pinned: so many in all, and so many from one
//! address, so that one machine cannot take them all.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// The places, and who takes them.
#[derive(Clone, Debug)]
pub(super) struct Crowd {
    most: usize,
    most_of_one: usize,
    taken: Arc<Mutex<Taken>>,
}

/// A place; leaving it frees it.
#[derive(Debug)]
pub(super) struct Place {
    crowd: Crowd,
    address: IpAddr,
}

/// Whoever has one address of an IPv6 network has all of its 2^64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = address.to_bits() >> 64 << 64;
            IpAddr::V6(Ipv6Addr::from_bits(network))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

impl Crowd {
    pub(super) fn new(most: usize, most_of_one: usize) -> Self {
        Self {
            most,
            most_of_one,
            taken: Arc::default(),
        }
    }

    /// A place, if one is left for this address.
    pub(super) fn enter(&self, address: IpAddr) -> Option<Place> {
        let address = network(address);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let of_one = taken.by_address.get(&address).copied().unwrap_or(0);
        if taken.all >= self.most || of_one >= self.most_of_one {
            return None;
        }
        taken.all += 1;
        taken.by_address.insert(address, of_one + 1);
        Some(Place {
            crowd: self.clone(),
            address,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let taken = &self.crowd.taken;
        let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all -= 1;
        if let Some(of_one) = taken.by_address.get_mut(&self.address) {
            *of_one -= 1;
            if *of_one == 0 {
                taken.by_address.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn one_address_cannot_take_every_place() {
        let crowd = Crowd::new(3, 2);
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let of_one = [
            crowd.enter(address("2001:db8::1")),
            crowd.enter(address("2001:db8::2")),
        ];
        assert!(of_one.iter().all(Option::is_some));
        assert!(
            crowd.enter(address("2001:db8::3")).is_none(),
            "the same network"
        );
        let other = crowd.enter(address("192.0.2.1"));
        assert!(other.is_some());
        assert!(
            crowd.enter(address("192.0.2.2")).is_none(),
            "no place is left"
        );
        drop(of_one);
        assert!(crowd.enter(address("::ffff:192.0.2.1")).is_some());
        drop(other);
        assert!(crowd.taken.lock().unwrap().by_address.is_empty());
    }
}
