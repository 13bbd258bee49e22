using LinqToDB;
using LinqToDB.Data;

namespace Streaming.Cluster.Recordings.Tables;

/// <summary>The tables of the journal of recordings, over one connection to either database: what is asked of them is written once.</summary>
internal sealed class RecordingTables(DataOptions options) : DataConnection(options)
{
    public ITable<BroadcastRow> Broadcasts => this.GetTable<BroadcastRow>();

    public ITable<EpochRow> Epochs => this.GetTable<EpochRow>();

    public ITable<NewestEpochRow> NewestEpochs => this.GetTable<NewestEpochRow>();

    public ITable<PeriodRow> Periods => this.GetTable<PeriodRow>();

    public ITable<BoundaryRow> Boundaries => this.GetTable<BoundaryRow>();

    public ITable<InitializationRow> Initializations => this.GetTable<InitializationRow>();

    public ITable<SegmentRow> Segments => this.GetTable<SegmentRow>();

    public ITable<LetGoRow> LetGo => this.GetTable<LetGoRow>();

    public ITable<ManifestsRow> Manifests => this.GetTable<ManifestsRow>();

    public ITable<MissingRow> Missing => this.GetTable<MissingRow>();

    public ITable<LeavingRow> Leaving => this.GetTable<LeavingRow>();

    public ITable<OrphanRow> Orphans => this.GetTable<OrphanRow>();

    public ITable<StorageRow> Storages => this.GetTable<StorageRow>();

    public ITable<RevisionRow> Revisions => this.GetTable<RevisionRow>();

    /// <summary>Adds a row, unless there is one with its key, which stays as it is. For this linq2db has no words.</summary>
    public Task AddAsync<T>(T row)
        where T : notnull
    {
        var table = MappingSchema.GetEntityDescriptor(typeof(T));
        var names = string.Join(", ", table.Columns.Select(static column => column.ColumnName));
        var values = string.Join(", ", table.Columns.Select(static (_, index) => $"@p{index}"));
        return this.ExecuteAsync(
            $"INSERT INTO {table.Name.Name} ({names}) VALUES ({values}) ON CONFLICT DO NOTHING",
            [.. table.Columns.Select((column, index) =>
                new DataParameter($"p{index}", column.GetProviderValue(row), column.GetDbDataType(completeDataType: true)))]);
    }
}
