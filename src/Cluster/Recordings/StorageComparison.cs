using Streaming.Pipeline.Storage;

namespace Streaming.Cluster.Recordings;

/// <summary>How what is in storage differs from what the journal of recordings says.</summary>
/// <param name="Unknown">Objects that the journal does not know.</param>
/// <param name="Missing">Objects that the journal has, and that are not in storage, or not as long as they were.</param>
public sealed record StorageComparison(ObjectTally Unknown, ObjectTally Missing);

/// <summary>Some objects: how many they are, and which the first of them.</summary>
public sealed class ObjectTally
{
    /// <summary>How many are told by name.</summary>
    public const int FirstMax = 1000;

    private readonly List<StoredObject> _first = [];

    public long Count { get; private set; }

    /// <summary>Bytes of all.</summary>
    public long SizeBytes { get; private set; }

    public IReadOnlyList<StoredObject> First => _first;

    internal void Add(StoredObject found)
    {
        Count++;
        SizeBytes += found.Length;
        if (_first.Count < FirstMax)
        {
            _first.Add(found);
        }
    }
}
