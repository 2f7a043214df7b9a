//! Tests of `engine`.

use super::{
    room::BUNDLES_AHEAD,
    segment::{KNOWN_SEGMENTS, VALUE_MOST},
    *,
};

fn put(engine: &Engine, writes: Vec<Write>) -> Result<(), StoreError> {
    let bytes = writes.iter().map(bytes_of_write).sum();
    engine.write((engine.room_of(&writes), bytes), writes.into_iter())
}

fn write(key: &[u8], value: Vec<u8>) -> Write {
    Write {
        key: key.to_vec(),
        value: Some(value),
        fresh: true,
    }
}

#[test]
fn a_database_of_the_first_size_goes_on_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    drop(
        sled::Config::new()
            .path(&path)
            .segment_size(KNOWN_SEGMENTS[0])
            .open()
            .unwrap(),
    );
    let (engine, _) = Engine::open(&path).unwrap();
    assert_eq!(engine.value_max, 5381);
    let long: Vec<u8> = (0..200_000_u32).map(|at| at.to_le_bytes()[0]).collect();
    put(&engine, vec![write(b"long", long.clone())]).unwrap();
    engine.sync().unwrap();
    drop(engine);
    let (engine, _) = Engine::open(&path).unwrap();
    assert_eq!(engine.get(b"long").unwrap(), Some(long));
}

#[test]
fn a_database_that_does_not_say_its_size_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    let (engine, _) = Engine::open(&path).unwrap();
    assert_eq!(engine.value_max, VALUE_MOST);
    put(&engine, vec![write(b"key", vec![1; 10])]).unwrap();
    engine.sync().unwrap();
    drop(engine);
    for conf in [None, Some(""), Some("segment_size: 4096\n")] {
        match conf {
            None => fs::remove_file(path.join(CONF)).unwrap(),
            Some(text) => fs::write(path.join(CONF), text).unwrap(),
        }
        let refused = Engine::open(&path).err();
        assert!(
            matches!(&refused, Some(StoreError::Damaged { path, .. }) if path.ends_with(CONF)),
            "{refused:?}"
        );
    }
}

#[test]
fn room_ahead_is_made_once_and_never_over_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, _) = Engine::open(&folder.path().join("db")).unwrap();
    let bundle = |number: u64| key::bundle(super::super::log::LogNo(1), number);
    let value = |number: u64| {
        vec![u8::try_from(number).unwrap(); 30_000 + 9000 * usize::try_from(number % 3).unwrap()]
    };
    for group in 0..20_u64 {
        let numbers = [2 * group, 2 * group + 1];
        let writes = numbers.map(|number| write(&bundle(number), value(number)));
        put(&engine, writes.into()).unwrap();
    }
    for number in 0..40 {
        assert_eq!(
            engine.get(&bundle(number)).unwrap(),
            Some(value(number)),
            "{number}"
        );
    }
    // A few bundles' parts wait behind the last one, and nobody sees them as values.
    assert_eq!(engine.get(&bundle(40)).unwrap(), None);
    let all = engine.keys(bundle(0), key::after(&[key::BUNDLE])).unwrap();
    assert_eq!(all.len(), 40);
    let parts = engine
        .keys(vec![key::PART], key::after(&[key::PART]))
        .unwrap();
    let room = 42 * 4..=(39 + BUNDLES_AHEAD) * 6;
    assert!(room.contains(&parts.len()), "{}", parts.len());
}

#[test]
fn a_long_row_of_bundles_costs_little_more_than_its_bytes() {
    const BYTES: usize = 118_000;
    let folder = tempfile::tempdir().unwrap();
    let (engine, _) = Engine::open(&folder.path().join("db")).unwrap();
    let bundle = |number: u64| key::bundle(super::super::log::LogNo(1), number);
    for group in 0..60_u64 {
        let writes = (0..4).map(|number| write(&bundle(4 * group + number), vec![7; BYTES]));
        put(&engine, writes.collect()).unwrap();
        engine.sync().unwrap();
    }
    let (disk, bytes) = (engine.size_on_disk().unwrap(), 240 * BYTES as u64);
    assert!(disk * 100 < bytes * 115, "{disk} for {bytes}");
}

#[test]
fn less_than_a_segment_is_ever_unsynced() {
    for segment in KNOWN_SEGMENTS {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db");
        let config = sled::Config::new().path(&path).segment_size(segment);
        drop(config.open().unwrap());
        let (engine, _) = Engine::open(&path).unwrap();
        let mut most = 0;
        for group in 0..60_u32 {
            // From a hundred bytes to half a mebibyte; nobody else syncs.
            let bytes = 100 << (group % 14);
            let value = vec![group.to_be_bytes()[3]; bytes.min(500_000)];
            put(&engine, vec![write(&group.to_be_bytes(), value)]).unwrap();
            most = most.max(engine.unsynced.bytes());
        }
        assert!(most > segment as u64 / 4, "{segment}: {most}");
        assert!(most < segment as u64, "{segment}: {most}");
        engine.sync().unwrap();
        assert_eq!(engine.unsynced.bytes(), 0);
    }
}

#[test]
fn a_group_of_more_bytes_than_may_be_unsynced_goes_in_pieces() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, _) = Engine::open(&folder.path().join("db")).unwrap();
    let group: Vec<_> = (0..100_u8)
        .map(|number| write(&[number], vec![number; 20_000]))
        .collect();
    put(&engine, group).unwrap();
    // It is durable when it is applied.
    assert_eq!(engine.unsynced.bytes(), 0);
    for number in 0..100 {
        assert_eq!(engine.get(&[number]).unwrap(), Some(vec![number; 20_000]));
    }
}
