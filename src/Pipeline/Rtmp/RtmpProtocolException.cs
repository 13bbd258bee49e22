namespace Streaming.Pipeline.Rtmp;

/// <summary>
/// The peer broke the protocol or a limit of <see cref="RtmpLimits"/>. It costs the peer its connection and nothing
/// else; the message is the reason, fit for the log and for the peer.
/// </summary>
public sealed class RtmpProtocolException(string message) : Exception(message);
