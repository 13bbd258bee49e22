using System.Net;
using Streaming.Pipeline.Flv;

namespace Streaming.Pipeline.Rtmp;

/// <summary>A client asks to publish: NetStream.publish with the address it connected to.</summary>
/// <param name="App">
/// The application, the first segment of the path; as secret as the key as long as it is not known to be one.
/// </param>
/// <param name="StreamKey">The rest of the path without its query: the secret that names the channel; may be empty.</param>
/// <param name="Remote">Where the client is, when known.</param>
/// <param name="ConnectionId">Names the connection in logs.</param>
public sealed record PublishRequest(string App, string StreamKey, EndPoint? Remote, string ConnectionId);

/// <summary>Decides on a <see cref="PublishRequest"/>.</summary>
public delegate ValueTask<PublishAnswer> PublishAuthorizer(PublishRequest request, CancellationToken cancellationToken);

/// <summary>The answer to a <see cref="PublishRequest"/>.</summary>
public abstract record PublishAnswer
{
    private PublishAnswer()
    {
    }

    /// <summary>The client may publish.</summary>
    public sealed record Accepted(Publication Publication) : PublishAnswer;

    /// <summary>The client is told why not, then disconnected.</summary>
    /// <param name="Reason">A sentence for the broadcaster.</param>
    /// <param name="Refusal">What kind of refusal it is.</param>
    public sealed record Refused(string Reason, PublishRefusal Refusal = PublishRefusal.Unauthorized) : PublishAnswer;
}

/// <summary>Kinds of <see cref="PublishAnswer.Refused"/>.</summary>
public enum PublishRefusal
{
    /// <summary>The client may not publish that now.</summary>
    Unauthorized,

    /// <summary>The stream key is nobody's.</summary>
    UnknownKey,

    /// <summary>Another publishes with the stream key and keeps it.</summary>
    InUse,
}

/// <summary>How a publication ended.</summary>
public enum PublicationEnd
{
    /// <summary>The client said so: FCUnpublish, deleteStream or closeStream.</summary>
    Unpublished,

    /// <summary>The connection went away, was idle too long, or broke the protocol.</summary>
    Disconnected,

    /// <summary>We ended it: <see cref="Publication.Revoked"/>.</summary>
    Revoked,
}

/// <summary>Where an accepted client's media goes: the receiving end of one publish, held by the connection.</summary>
public abstract class Publication
{
    /// <summary>Cancelled when the publication must end: another publisher took over, or the channel was deleted.</summary>
    public abstract CancellationToken Revoked { get; }

    /// <summary>Why it was revoked, for the client; set before <see cref="Revoked"/> is cancelled.</summary>
    public abstract string? RevokedReason { get; }

    /// <summary>The client is to connect again: another server goes on with it. Set before <see cref="Revoked"/> is cancelled.</summary>
    public virtual bool GoesOnElsewhere => false;

    /// <summary>
    /// Hands a tag over, its ownership included (also when this throws). Waits while the receiver is behind, which is what
    /// pushes back on the client's TCP connection.
    /// </summary>
    public abstract ValueTask WriteAsync(FlvTag tag, CancellationToken cancellationToken);

    /// <summary>Says that no more tags come. Called once, last.</summary>
    public abstract ValueTask EndAsync(PublicationEnd reason);
}
