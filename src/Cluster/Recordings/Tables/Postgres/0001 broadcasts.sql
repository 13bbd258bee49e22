CREATE TABLE broadcasts (
    id TEXT PRIMARY KEY, channel TEXT NOT NULL, target_duration BIGINT NOT NULL, part_target BIGINT NOT NULL,
    ended_at BIGINT, revision BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX broadcasts_of_channel ON broadcasts (channel);
CREATE INDEX broadcasts_unended ON broadcasts (id) WHERE ended_at IS NULL;
CREATE TABLE epochs (broadcast TEXT PRIMARY KEY, epoch BIGINT NOT NULL);
CREATE TABLE newest_epochs (channel TEXT PRIMARY KEY, epoch BIGINT NOT NULL);
CREATE TABLE periods (
    broadcast TEXT NOT NULL, number INTEGER NOT NULL, decode_time BIGINT NOT NULL, date_time BIGINT NOT NULL,
    PRIMARY KEY (broadcast, number)
);
CREATE TABLE boundaries (
    broadcast TEXT NOT NULL, sequence BIGINT NOT NULL, decode_time BIGINT NOT NULL,
    presentation_time BIGINT NOT NULL, date_time BIGINT NOT NULL, discontinuities INTEGER NOT NULL,
    period INTEGER NOT NULL, source_independent BOOLEAN NOT NULL,
    PRIMARY KEY (broadcast, sequence)
);
CREATE TABLE initializations (
    broadcast TEXT NOT NULL, rendition TEXT NOT NULL, number INTEGER NOT NULL, codec TEXT NOT NULL,
    timescale BIGINT NOT NULL, decoder_configuration BYTEA NOT NULL, width INTEGER, height INTEGER,
    sample_width INTEGER, sample_height INTEGER, channels INTEGER,
    PRIMARY KEY (broadcast, rendition, number)
);
CREATE TABLE segments (
    broadcast TEXT NOT NULL, rendition TEXT NOT NULL, sequence BIGINT NOT NULL, decode_time BIGINT NOT NULL,
    duration BIGINT NOT NULL, initialization INTEGER NOT NULL, independent BOOLEAN NOT NULL,
    length BIGINT NOT NULL, frame_rate DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (broadcast, rendition, sequence)
);
CREATE TABLE let_go (
    broadcast TEXT NOT NULL, rendition TEXT NOT NULL, sequence BIGINT NOT NULL,
    PRIMARY KEY (broadcast, rendition, sequence)
);
CREATE TABLE manifests (broadcast TEXT PRIMARY KEY);
CREATE TABLE missing (broadcast TEXT PRIMARY KEY, segments INTEGER NOT NULL);
CREATE TABLE leaving (broadcast TEXT PRIMARY KEY);
CREATE TABLE orphans (
    storage TEXT NOT NULL, folder TEXT NOT NULL, seen_at BIGINT NOT NULL, seen_for BIGINT NOT NULL,
    PRIMARY KEY (storage, folder)
);
CREATE TABLE storages (
    broadcast TEXT NOT NULL, storage TEXT NOT NULL,
    PRIMARY KEY (broadcast, storage)
);
CREATE TABLE revisions (id INTEGER PRIMARY KEY, value BIGINT NOT NULL);
INSERT INTO revisions VALUES (0, 0);
CREATE TABLE agreements (name TEXT PRIMARY KEY, value TEXT NOT NULL);
