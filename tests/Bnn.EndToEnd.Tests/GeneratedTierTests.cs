namespace Bnn.EndToEnd.Tests;

/// <summary>Generated code of every lowering in processes that lack some of the processor's features.</summary>
public sealed class GeneratedTierTests(TierProgram program) : IClassFixture<TierProgram>
{
    [Theory]
    [InlineData("as it is", "DOTNET_EnableHWIntrinsic", "1")]
    [InlineData("with vectors of 128 bits", "DOTNET_PreferredVectorBitWidth", "128")]
    [InlineData("without AVX-512", "DOTNET_EnableAVX512", "0")]
    [InlineData("without AVX2", "DOTNET_EnableAVX2", "0")]
    [InlineData("without vectors", "DOTNET_EnableHWIntrinsic", "0")]
    public void Generated_code_gives_the_scores_of_the_reference_on_every_tier(string tier, string setting, string value) =>
        program.Check(tier, (setting, value));

    // Beyond its limit of locals the JIT leaves some in memory, so the code changes with the limit. What runs once, to make tables, may.
    [Fact]
    public void No_method_passes_the_limit_of_locals_that_the_JIT_optimises()
    {
        Dictionary<string, string> usual = program.CodeSizes(mostLocals: 1024), more = program.CodeSizes(mostLocals: 8192), few = program.CodeSizes(mostLocals: 48);
        string[] methods = [.. usual.Keys.Intersect(more.Keys)];
        Assert.True(methods.Count(method => method.StartsWith("Generated.", StringComparison.Ordinal)) > 100, $"{methods.Length}");
        Assert.Contains(methods, method => few.TryGetValue(method, out string? size) && size != more[method]);
        string[] over = [.. methods.Where(method => usual[method] != more[method])];
        Assert.True(over.Length == 0, string.Join('\n', over));
    }

    [Fact]
    public void The_program_calls_the_kernels_of_all_lowerings()
    {
        string[] kernels = ["ColumnLayer", "PermuteLayer", "ByteSumLayer", "ProcessorTier", "PixelNetwork", "SampleNetwork", "CodePacking", "InputPacking"];
        Assert.Empty(kernels.Except(program.Kernels));
    }
}
