namespace Streaming.Pipeline.Tests.Storage.Gcs;

/// <summary>What is asked of the fake.</summary>
internal enum FakeRequest
{
    Upload,
    BeginUpload,
    PutUpload,
    Get,
    Read,
    Delete,
    List,
    Token,
}

internal enum FakeFaultKind
{
    /// <summary>Refused before anything is done.</summary>
    Status,

    /// <summary>The connection breaks, and nothing was done.</summary>
    BreakBefore,

    /// <summary>It is done, and the connection breaks instead of an answer.</summary>
    BreakAfter,

    /// <summary>It is done, and told as if it were not.</summary>
    StatusAfter,

    /// <summary>The connection breaks after some bytes: of an answer, or of a body, of which they are kept.</summary>
    BreakMidway,

    /// <summary>No answer, and nothing done, for as long as somebody waits.</summary>
    Silence,

    /// <summary>A byte is another one than was sent.</summary>
    Damage,
}

/// <summary>Something that goes wrong with the next request of a kind.</summary>
/// <param name="Request">Of which kind.</param>
/// <param name="Kind">What goes wrong.</param>
/// <param name="Status">With a status.</param>
/// <param name="RetryAfter">In seconds, as a header.</param>
/// <param name="Reason">As the service gives it for machines.</param>
/// <param name="Message">As the service gives it for people.</param>
/// <param name="Bytes">After which it breaks.</param>
internal sealed record FakeFault(
    FakeRequest Request,
    FakeFaultKind Kind,
    int Status = 503,
    int? RetryAfter = null,
    string Reason = "backendError",
    string Message = "Backend Error",
    int Bytes = 0);
