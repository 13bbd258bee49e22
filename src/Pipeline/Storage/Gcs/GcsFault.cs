using System.Net;

namespace Streaming.Pipeline.Storage.Gcs;

/// <summary>What one request failed of. It does not leave this folder: see <see cref="GcsRetry"/>.</summary>
internal sealed class GcsFault(GcsFaultKind kind, string reason, Exception? cause = null) : Exception(reason, cause)
{
    public GcsFaultKind Kind => kind;

    /// <summary>Status of the answer; none where there was no answer.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>How long the service asks us to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The same request may succeed another time.</summary>
    public bool IsTransient => kind is GcsFaultKind.Busy or GcsFaultKind.Broken or GcsFaultKind.Silent or GcsFaultKind.Damaged;
}
