using Google.Apis.Auth.OAuth2;
using Google.Apis.Auth.OAuth2.Responses;

namespace Streaming.Pipeline.Storage.Gcs;

/// <summary>
/// Application default credentials: the file that GOOGLE_APPLICATION_CREDENTIALS names (a service account's key, workload identity
/// federation), gcloud's own, or the machine's service account by its metadata server (Compute Engine, GKE and its workload identity).
/// </summary>
/// <remarks>
/// The library looks for them once in a process, and a metadata server that was not yet there stays missing: in a pod it comes some
/// seconds after the first container. So that one is asked again.
/// </remarks>
internal static class GcsCredentials
{
    /// <summary>The credentials.</summary>
    /// <exception cref="GcsFault">There are none, or their file does not hold.</exception>
    public static async Task<GoogleCredential> FindAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await GoogleCredential.GetApplicationDefaultAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable("GOOGLE_APPLICATION_CREDENTIALS"))
                && await OfTheMachineAsync(cancellationToken).ConfigureAwait(false) is { } late
                    ? late
                    : throw new GcsFault(GcsFaultKind.Unknown, GcsSentences.Said(e), e);
        }
    }

    private static async Task<GoogleCredential?> OfTheMachineAsync(CancellationToken cancellationToken)
    {
        var machine = new ComputeCredential();
        try
        {
            return await machine.RequestAccessTokenAsync(cancellationToken).ConfigureAwait(false)
                ? GoogleCredential.FromComputeCredential(machine)
                : null;
        }
        catch (Exception e) when (e is HttpRequestException or TokenResponseException)
        {
            return null;
        }
    }
}
