namespace Streaming.Pipeline.Rtmp.Session;

/// <summary>Why a connection ends. The first reason stands; it is fixed before anything is cancelled.</summary>
internal enum CloseReason
{
    None,

    /// <summary>The peer closed or reset its connection.</summary>
    PeerClosed,

    /// <summary>The peer may not do what it asked for, and was told so.</summary>
    Refused,

    /// <summary>The publication was revoked.</summary>
    Revoked,

    /// <summary>The peer broke the protocol or a limit.</summary>
    ProtocolError,

    HandshakeTimeout,
    PublishTimeout,
    IdleTimeout,

    /// <summary>The host stops.</summary>
    HostStopping,

    /// <summary>The receiver of the media, or we, failed.</summary>
    InternalError,
}
