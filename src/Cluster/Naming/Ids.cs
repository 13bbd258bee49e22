using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;

namespace Streaming.Cluster.Naming;

/// <summary>Ids and secrets that appear in addresses.</summary>
public static class Ids
{
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>A broadcast's id: when it began, for people, and enough chance to be unique.</summary>
    public static string NewBroadcastId(DateTimeOffset now) =>
        now.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture) + "-" + RandomNumberGenerator.GetHexString(8, lowercase: true);

    /// <summary>Whether <paramref name="id"/> is of the form of a broadcast's.</summary>
    public static bool IsBroadcastId(string id) => id.Length == 25 && id[16] == '-'
        && DateTime.TryParseExact(id.AsSpan(0, 16), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    /// <summary>A secret of 192 bits in letters, digits, <c>-</c> and <c>_</c>.</summary>
    public static string NewSecret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24));
}
