namespace Streaming.Pipeline.Storage.Gcs;

/// <summary>Something that is wanted of the service, which may take several requests.</summary>
/// <param name="What">Completes the sentence "The bucket does not let us …".</param>
/// <param name="Deadline">Of all requests and pauses together.</param>
/// <param name="RequestTimeout">Of one request.</param>
internal readonly record struct GcsCall(string What, TimeSpan Deadline, TimeSpan RequestTimeout);
