# What is declared here is gone when inherit is through; what is declared with -g stays.
declare -A LOCAL_TABLE=( [a]=1 )
declare -g -A GLOBAL_TABLE=( [a]=local-${LOCAL_TABLE[a]} )
