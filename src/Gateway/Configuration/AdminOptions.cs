using Streaming.Gateway.Access;

namespace Streaming.Gateway.Configuration;

/// <summary>The operator's access.</summary>
public sealed record AdminOptions
{
    /// <summary>
    /// The token: 16 to 1,024 of ASCII's letters, digits and punctuation. Unset or empty (as the variable of an environment
    /// is when what it is made of is missing), one is generated at the first start and kept in the file <c>admin-token</c>
    /// of the data folder. On the command line every account of the machine can read it.
    /// </summary>
    public string? Token { get; init; }

    /// <summary>What is wrong with them, in sentences that begin with the option; empty when nothing is.</summary>
    internal IEnumerable<string> Problems()
    {
        if (!string.IsNullOrEmpty(Token) && AdminToken.Fault(Token) is { } fault)
        {
            yield return $"{nameof(Token)} {fault}. Without it, one is made and kept in the data folder.";
        }
    }
}
