using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Mvc;

namespace Streaming.Gateway.Tests.Nodes;

/// <summary>How the API refuses. RFC 9457.</summary>
internal static class Problem
{
    /// <summary>The answer is a problem of that status, with a reason that a person can read.</summary>
    public static async Task<ProblemDetails> AssertAsync(HttpStatusCode status, HttpResponseMessage response)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<ProblemDetails>();
        Assert.Equal((int)status, problem!.Status);
        Assert.False(string.IsNullOrWhiteSpace(problem.Title));
        return problem;
    }
}
