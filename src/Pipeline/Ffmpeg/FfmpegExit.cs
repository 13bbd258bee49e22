namespace Streaming.Pipeline.Ffmpeg;

/// <summary>How a run of ffmpeg ended.</summary>
/// <param name="Code">0 when it did all that it was told.</param>
/// <param name="WasNotFound">It never ran: the program is not there, or is none.</param>
/// <param name="LastWords">The end of what it said: bounded and clean.</param>
public sealed record FfmpegExit(int Code, bool WasNotFound, string LastWords);
