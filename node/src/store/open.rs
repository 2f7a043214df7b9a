//! Making and opening a store: the lock, the key, the guarded engine, the self-check, migrations, stale views.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, RwLock, mpsc},
    thread,
    time::Instant,
};

use bytes::Bytes;
use rand::{SeedableRng, rngs::StdRng};
use tokio::sync::watch;

use super::{
    Inner, Shared, Store,
    damage::{Damage, Harm, Source},
    error::StoreError,
    folder::Folder,
    hashes::tree_at,
    heads::{Found, Heads},
    key,
    log::{LogNo, LogRecord, LogState, LogTable},
    migrate,
    overlay::{Overlay, Sight},
    syncer::{GROUPS_WAITING, Syncer},
    unlock::{self, DataKey, Unlock},
    vault::Vault,
    view::View,
    writer::Writer,
};

/// What an opening found and did.
#[derive(Clone, Debug, Default)]
pub struct OpenReport {
    /// Half-written files of the engine that were removed. Nothing was lost with them.
    pub stray_removed: Vec<PathBuf>,
    /// What is missing or altered, and where to take it from. Empty when all is well.
    pub damage: Vec<Damage>,
    /// Views that were emptied because their version changed or their store was restored: their owners must fill them again,
    /// and say so with [`super::Draft::mark_filled`]. Until then every opening empties and reports them.
    pub cleared_views: Vec<View>,
    /// The version on disk before this opening, when it was an older one.
    pub migrated_from: Option<u32>,
}

const OPENINGS: &str = "openings";

pub(super) fn create(path: &Path, unlock: &Unlock, seed: [u8; 32]) -> Result<Store, StoreError> {
    let data_key = unlock::new_data_key(&mut StdRng::from_seed(seed));
    let store = create_unwrapped(path, unlock, seed, &data_key)?;
    unlock::wrap(&store.0.shared.folder.data_key(), unlock, &data_key)?;
    store.0.shared.folder.finish()?;
    Ok(store)
}

/// Makes a store under a given data key: a restored one must keep the names blinded under it. The caller wraps the key
/// into the folder at the end, so that a folder with a wrapped key is a whole store.
pub(super) fn create_unwrapped(
    path: &Path,
    unlock: &Unlock,
    seed: [u8; 32],
    data_key: &DataKey,
) -> Result<Store, StoreError> {
    let folder = Folder::create(path)?;
    unlock.prepare()?;
    let (vault, _) = Vault::open(&folder.database(), data_key)?;
    let (heads, _) = Heads::open(&folder.heads())?;
    let mut overlay = Overlay::default();
    migrate::mark(&mut overlay);
    for view in View::ALL {
        overlay.put(view.version_key(), vec![view.version()].into());
    }
    start(shared(vault, folder), heads, seed, overlay)
}

pub(super) fn open(
    path: &Path,
    unlock: &Unlock,
    seed: [u8; 32],
) -> Result<(Store, OpenReport), StoreError> {
    let folder = Folder::open(path)?;
    let data_key = unlock::unwrap(&folder.data_key(), unlock)?;
    let (vault, stray_removed) = Vault::open(&folder.database(), &data_key)?;
    let mut overlay = Overlay::default();
    let migrated_from = migrate::migrate(&vault, &mut overlay)?;
    let cleared_views = clear_stale(&vault, &mut overlay)?;
    let table = read_logs(&vault)?;
    let (mut heads, found) = Heads::open(&folder.heads())?;
    let damage = check(&vault, &table, &found, &mut overlay)?;
    rewrite_heads(&mut heads, &found, &table)?;
    let shared = shared(vault, folder);
    shared.publish(Arc::new(table));
    let store = start(shared, heads, seed, overlay)?;
    let report = OpenReport {
        stray_removed,
        damage,
        cleared_views,
        migrated_from,
    };
    Ok((store, report))
}

fn shared(vault: Vault, folder: Folder) -> Shared {
    Shared {
        vault,
        durable: RwLock::default(),
        stopped: RwLock::default(),
        moved: watch::Sender::new(0),
        folder,
    }
}

/// Makes the opening's own changes durable and starts the writer.
fn start(
    shared: Shared,
    heads: Heads,
    seed: [u8; 32],
    mut overlay: Overlay,
) -> Result<Store, StoreError> {
    let key = key::meta(OPENINGS);
    let openings = shared
        .vault
        .get(&key)?
        .and_then(|bytes| Some(u64::from_be_bytes(bytes.as_ref().try_into().ok()?)))
        .unwrap_or(0);
    overlay.put(key, Bytes::copy_from_slice(&(openings + 1).to_be_bytes()));
    let rng = StdRng::from_seed(shared.vault.nonce_seed(seed, openings));
    let shared = Arc::new(shared);
    let mut syncer = Syncer {
        shared: Arc::clone(&shared),
        heads,
        heads_synced: Instant::now(),
    };
    let mut writer = Writer {
        table: shared.table(),
        shared: Arc::clone(&shared),
        rng,
    };
    let changed = writer.write(overlay)?;
    syncer.make_durable(&writer.table, &changed)?;
    let (written, groups) = mpsc::sync_channel(GROUPS_WAITING);
    let failed = || {
        StoreError::io(
            "启动写线程",
            "start the writer's threads",
            shared.folder.path(),
        )
    };
    let syncer = thread::Builder::new()
        .name("hongyan-sync".into())
        .spawn(move || syncer.run(&groups))
        .map_err(failed())?;
    let syncer_id = syncer.thread().id();
    let (queue, jobs) = mpsc::channel();
    let thread = thread::Builder::new()
        .name("hongyan-store".into())
        .spawn(move || {
            writer.run(&jobs, &written);
            drop(written);
            // A panic of the syncer was already answered to whoever waited.
            let _ = syncer.join();
        })
        .map_err(failed())?;
    Ok(Store(Arc::new(Inner {
        shared,
        queue: Mutex::new(Some(queue)),
        writer: Mutex::new(Some(thread)),
        syncer: syncer_id,
    })))
}

fn read_logs(vault: &Vault) -> Result<LogTable, StoreError> {
    let start = vec![key::LOG];
    let end = key::after(&start);
    let mut table = LogTable::new();
    for item in vault.scan(start, end) {
        let (key, value) = item?;
        let no = key[1..].try_into().map_err(|_| StoreError::Malformed {
            what: "日志键 log key",
        })?;
        let no = LogNo(u32::from_be_bytes(no));
        table.insert(no, Arc::new(LogRecord::decode(no, &value)?));
    }
    Ok(table)
}

/// Empties the views whose stored version is not this program's.
fn clear_stale(vault: &Vault, overlay: &mut Overlay) -> Result<Vec<View>, StoreError> {
    let mut cleared = Vec::new();
    for view in View::ALL {
        let found = vault.get(&view.version_key())?;
        if found.as_deref() == Some(&[view.version()]) {
            continue;
        }
        if !view.is_derived() {
            overlay.put(view.version_key(), vec![view.version()].into());
        }
        // A view that this program is the first to know has nothing to clear.
        if found.is_some() && view.is_derived() {
            let start = vec![view.space()];
            for key in vault.keys(start.clone(), key::after(&start))? {
                overlay.delete(key);
            }
            // Were it left as it is, the program whose version it names would take the empty view for a filled one.
            overlay.put(view.version_key(), vec![View::UNFILLED].into());
        }
        cleared.push(view);
    }
    Ok(cleared)
}

/// Compares the logs with their head records and with their own stored hashes.
fn check(
    vault: &Vault,
    table: &LogTable,
    found: &Found,
    overlay: &mut Overlay,
) -> Result<Vec<Damage>, StoreError> {
    let mut damage = Vec::new();
    if found.unreadable {
        damage.push(Damage {
            log: None,
            what: Harm::HeadsUnreadable,
            take_from: Source::Nothing,
        });
    }
    damage.extend(found.torn.iter().map(|no| Damage {
        log: Some(*no),
        what: Harm::HeadUnreadable,
        take_from: Source::Nothing,
    }));
    for (no, head) in &found.heads {
        if !table.contains_key(no) {
            damage.push(Damage {
                log: Some(*no),
                what: Harm::LogMissing { size: head.size },
                take_from: Source::Backup,
            });
        }
    }
    for (no, record) in table {
        let known = found.heads.get(no).map_or(0, |head| head.size);
        let until = match record.state {
            // Of an unknown end only the partner can say how far it lies.
            LogState::Recovering { until } if until != LogState::UNKNOWN => until.max(known),
            _ => known,
        };
        if record.size() < until {
            damage.push(record.damage(Harm::Missing {
                from: record.size(),
                to: until,
            }));
            mark_missing(vault, record, until, overlay)?;
        }
        damage.extend(check_tree(vault, record, found)?);
    }
    Ok(damage)
}

/// Does the log's tree, as its stored hashes and its tail give it, have the root on record?
fn check_tree(
    vault: &Vault,
    record: &LogRecord,
    found: &Found,
) -> Result<Option<Damage>, StoreError> {
    let sight = Sight::plain(vault);
    let head = found.heads.get(&record.no);
    let wanted = [
        Some((record.size(), record.root())),
        head.map(|head| (head.size, head.root)),
    ];
    for (size, root) in wanted.into_iter().flatten() {
        if size > record.size() {
            continue;
        }
        match tree_at(sight, record, size) {
            Ok(tree) if tree.root() == root => {}
            Ok(_) => return Ok(Some(record.damage(Harm::Root { size }))),
            Err(StoreError::Log(damage)) => return Ok(Some(damage)),
            Err(StoreError::Unsealable { .. } | StoreError::Malformed { .. }) => {
                return Ok(Some(record.damage(Harm::Root { size })));
            }
            Err(other) => return Err(other),
        }
    }
    Ok(None)
}

/// Stops one's own log from being written before it is whole, and removes what a damaged database may still hold behind
/// the log's end, or it would be taken for new entries later.
fn mark_missing(
    vault: &Vault,
    record: &LogRecord,
    until: u64,
    overlay: &mut Overlay,
) -> Result<(), StoreError> {
    let (no, size) = (record.no, record.size());
    let stale = [
        (key::run(no, size), key::run(no, u64::MAX)),
        (
            key::bundle(no, size.div_ceil(super::bundle::BUNDLE_ENTRIES)),
            key::bundle(no, u64::MAX),
        ),
    ];
    for (start, end) in stale {
        for key in vault.keys(start, Some(end))? {
            overlay.delete(key);
        }
    }
    let locked = matches!(record.state, LogState::Frozen | LogState::UNCONFIRMED);
    if record.own && !locked {
        let mut record = record.clone();
        record.state = LogState::Recovering { until };
        overlay.logs.insert(no, Arc::new(record));
    }
    Ok(())
}

fn rewrite_heads(heads: &mut Heads, found: &Found, table: &LogTable) -> Result<(), StoreError> {
    for (no, record) in table {
        // A database ahead of its head records is what a power cut leaves; they catch up here.
        let lags = found
            .heads
            .get(no)
            .is_none_or(|head| head.size < record.size());
        if lags {
            heads.set(*no, record.size(), record.root())?;
        }
    }
    heads.sync()
}
