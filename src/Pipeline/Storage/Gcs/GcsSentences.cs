using System.Globalization;

namespace Streaming.Pipeline.Storage.Gcs;

/// <summary>What went wrong with the bucket, in a sentence that says what to do about it. Credentials are in none.</summary>
internal static class GcsSentences
{
    // Characters of what the service says.
    private const int ReasonMax = 300;

    /// <summary>Of what trying again would not help with.</summary>
    public static IOException Of(GcsFault fault, GcsCall call, GcsOptions options) => fault.Kind switch
    {
        GcsFaultKind.Unknown => new StorageUnavailableException(
            $"Google Cloud Storage does not know who this node is: {Said(fault)} Check GOOGLE_APPLICATION_CREDENTIALS, or the service "
            + "account that the machine runs as.",
            fault),
        GcsFaultKind.Forbidden => new StorageUnavailableException(
            $"The bucket {options.Bucket} does not let this node's account {call.What}: {Said(fault)} Give it the role Storage Object User "
            + "(roles/storage.objectUser) for the bucket.",
            fault),
        GcsFaultKind.NoBucket => new StorageUnavailableException(
            $"There is no bucket {options.Bucket}: make it, or set Streaming:Storage:Bucket to the one that is meant.", fault),
        GcsFaultKind.Corrupt => new IOException($"The bucket {options.Bucket} was asked to {call.What}: {Said(fault)}", fault),
        _ => new StorageUnavailableException(
            $"The bucket {options.Bucket} refuses to {call.What}: {Status(fault)}{Said(fault)}", fault),
    };

    /// <summary>Of what was tried again until its deadline.</summary>
    public static IOException GivenUp(GcsFault fault, GcsCall call, GcsOptions options, int tries, TimeSpan passed)
    {
        var often = tries == 1 ? "once" : string.Create(CultureInfo.InvariantCulture, $"{tries} times");
        var what = string.Create(
            CultureInfo.InvariantCulture, $"to {call.What} (tried {often} in {passed.TotalSeconds:0.0} s): {Status(fault)}{Said(fault)}");
        return fault.Kind switch
        {
            GcsFaultKind.Busy => new StorageUnavailableException($"The bucket {options.Bucket} is too busy {what}", fault)
            {
                IsPassing = true,
            },
            GcsFaultKind.Damaged => new IOException($"The bucket {options.Bucket} was not able {what}", fault),
            _ => new StorageUnavailableException(
                $"The bucket {options.Bucket} cannot be reached {what} Check the node's network"
                + $"{(options.Endpoint is { } endpoint ? $" and whether {endpoint.Host}:{endpoint.Port} is the right address" : "")}.",
                fault)
            {
                IsPassing = true,
            },
        };
    }

    /// <summary>What somebody else says, as one sentence of bounded length.</summary>
    public static string Said(Exception fault)
    {
        var text = string.Concat(fault.Message.Take(ReasonMax).Select(character => char.IsControl(character) ? ' ' : character)).Trim();
        return text.Length == 0 || text[^1] is '.' or '!' or '?' ? text : text + ".";
    }

    private static string Status(GcsFault fault) =>
        fault.Status is { } status ? string.Create(CultureInfo.InvariantCulture, $"{(int)status}, ") : "";
}
