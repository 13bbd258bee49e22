CREATE TABLE IF NOT EXISTS broadcasts (
    id TEXT PRIMARY KEY, channel TEXT NOT NULL, target_duration INTEGER NOT NULL, part_target INTEGER NOT NULL,
    ended_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS epochs (broadcast TEXT PRIMARY KEY, epoch INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS newest_epochs (channel TEXT PRIMARY KEY, epoch INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS periods (
    broadcast TEXT NOT NULL, number INTEGER NOT NULL, decode_time INTEGER NOT NULL, date_time INTEGER NOT NULL,
    PRIMARY KEY (broadcast, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS boundaries (
    broadcast TEXT NOT NULL, sequence INTEGER NOT NULL, decode_time INTEGER NOT NULL,
    presentation_time INTEGER NOT NULL, date_time INTEGER NOT NULL, discontinuities INTEGER NOT NULL,
    period INTEGER NOT NULL, source_independent INTEGER NOT NULL,
    PRIMARY KEY (broadcast, sequence)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS initializations (
    broadcast TEXT NOT NULL, rendition TEXT NOT NULL, number INTEGER NOT NULL, codec TEXT NOT NULL,
    timescale INTEGER NOT NULL, decoder_configuration BLOB NOT NULL, width INTEGER, height INTEGER,
    sample_width INTEGER, sample_height INTEGER, channels INTEGER,
    PRIMARY KEY (broadcast, rendition, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS segments (
    broadcast TEXT NOT NULL, rendition TEXT NOT NULL, sequence INTEGER NOT NULL, decode_time INTEGER NOT NULL,
    duration INTEGER NOT NULL, initialization INTEGER NOT NULL, independent INTEGER NOT NULL,
    length INTEGER NOT NULL, frame_rate REAL NOT NULL,
    PRIMARY KEY (broadcast, rendition, sequence)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS let_go (
    broadcast TEXT NOT NULL, rendition TEXT NOT NULL, sequence INTEGER NOT NULL,
    PRIMARY KEY (broadcast, rendition, sequence)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS manifests (broadcast TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS missing (broadcast TEXT PRIMARY KEY, segments INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS leaving (broadcast TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS orphans (
    folder TEXT PRIMARY KEY, seen_at INTEGER NOT NULL, seen_for INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
