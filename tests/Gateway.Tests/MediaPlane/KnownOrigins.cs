using System.Collections.Concurrent;
using Streaming.Cluster.Edge;

namespace Streaming.Gateway.Tests.MediaPlane;

/// <summary>Origins as a test tells them.</summary>
internal sealed class KnownOrigins : IOrigins
{
    private readonly ConcurrentDictionary<string, Origin> _origins = new();

    public event Action<string>? Changed;

    public Origin? Find(string slug) => _origins.GetValueOrDefault(slug);

    public void Tell(string slug, Origin origin)
    {
        _origins[slug] = origin;
        Changed?.Invoke(slug);
    }
}
