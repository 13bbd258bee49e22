namespace Streaming.Cluster.Broadcasts.Source;

/// <summary>Where decoding can begin in what a publisher sends.</summary>
/// <param name="AreIdrPicturesRare">They are further apart than a segment may be long.</param>
/// <param name="IdrInterval">Newest distance between two, null before the second.</param>
/// <param name="RecoveryFrames">Of the newest recovery point (<see cref="Pipeline.Media.Frame.RecoveryFrames"/>), null without.</param>
internal readonly record struct RandomAccess(bool AreIdrPicturesRare, TimeSpan? IdrInterval, int? RecoveryFrames);
