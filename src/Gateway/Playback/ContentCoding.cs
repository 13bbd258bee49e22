using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Streaming.Gateway.Playback;

/// <summary>How a manifest is coded on its way. RFC 9110 §8.4.1.</summary>
internal enum ContentCoding
{
    /// <summary>As it is.</summary>
    Identity,

    /// <summary>RFC 1952.</summary>
    Gzip,

    /// <summary>RFC 7932.</summary>
    Brotli,
}

/// <summary>Chooses the coding of an answer.</summary>
internal static class AcceptEncoding
{
    /// <summary>
    /// The coding that a client prefers, of those that there are; of equals the one that packs best. RFC 9110 §12.5.3. A client that
    /// accepts nothing gets the manifest as it is.
    /// </summary>
    public static ContentCoding Choose(StringValues header)
    {
        // A coding that is not named has the weight of "*", or none. Without any coding an answer is welcome unless refused.
        float? brotli = null, gzip = null, identity = null, others = null;
        foreach (var value in header)
        {
            foreach (var range in value.AsSpan().Split(','))
            {
                Read(value.AsSpan(range), ref brotli, ref gzip, ref identity, ref others);
            }
        }

        var (b, g) = (brotli ?? others ?? 0, gzip ?? others ?? 0);
        var best = b >= g ? ContentCoding.Brotli : ContentCoding.Gzip;
        var weight = Math.Max(b, g);
        return weight > 0 && weight >= (identity ?? 0) ? best : ContentCoding.Identity;
    }

    private static void Read(
        ReadOnlySpan<char> element, ref float? brotli, ref float? gzip, ref float? identity, ref float? others)
    {
        var end = element.IndexOf(';');
        var name = (end < 0 ? element : element[..end]).Trim();
        var weight = end < 0 ? 1 : Weight(element[(end + 1)..]);
        if (name.Equals("br", StringComparison.OrdinalIgnoreCase))
        {
            brotli = weight;
        }
        else if (name.Equals("gzip", StringComparison.OrdinalIgnoreCase) || name.Equals("x-gzip", StringComparison.OrdinalIgnoreCase))
        {
            gzip = weight;
        }
        else if (name.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            identity = weight;
        }
        else if (name is "*")
        {
            others = weight;
        }
    }

    /// <summary>The weight in "q=0.5". RFC 9110 §12.4.2. One that cannot be read refuses: that is never wrong.</summary>
    private static float Weight(ReadOnlySpan<char> parameter)
    {
        parameter = parameter.Trim();
        return parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase)
            && float.TryParse(parameter[2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var weight)
                ? Math.Clamp(weight, 0, 1)
                : 0;
    }
}
